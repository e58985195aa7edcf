// Suggestions under a search box: the combobox of the ARIA Authoring Practices, list autocomplete with manual selection.
//
// The box stays an ordinary search box: Enter searches for what was typed unless a suggestion was chosen with the arrow
// keys, nothing is filled in by itself, and without this script nothing is missing.

const WAIT = 150; // milliseconds after the last key
const SHORTEST = 2;

let boxes = 0;

class Suggestions {
  constructor(input) {
    this.input = input;
    this.results = [];
    this.active = -1;
    const id = `suggestions-${++boxes}`;

    this.list = document.createElement("ul");
    this.list.id = id;
    this.list.className = "app-suggestions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Suggestions");
    this.list.hidden = true;

    this.status = document.createElement("div");
    this.status.className = "govuk-visually-hidden";
    this.status.setAttribute("role", "status");

    const frame = input.closest(".app-search");
    frame.classList.add("app-search--suggesting");
    frame.append(this.list, this.status);

    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", id);
    input.setAttribute("autocomplete", "off");

    input.addEventListener("input", () => this.later());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // The box must not lose the focus before the click is done
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.go(Number(option.dataset.place));
    });
  }

  later(wait = WAIT) {
    clearTimeout(this.timer);
    this.request?.abort();
    const typed = this.input.value.trim();
    if (typed.length < SHORTEST) {
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.ask(typed), wait);
  }

  async ask(typed) {
    this.request = new AbortController();
    try {
      const address = `/api/v1/suggest?${new URLSearchParams({ q: typed })}`;
      const answer = await fetch(address, { signal: this.request.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      const { results } = await answer.json();
      if (document.activeElement === this.input) this.show(results);
    } catch (error) {
      if (error.name !== "AbortError") this.close(); // a box without suggestions is still a box
    }
  }

  show(results) {
    this.results = results;
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...results.map((result, place) => this.option(result, place)));
    this.list.hidden = results.length === 0;
    this.input.setAttribute("aria-expanded", String(results.length > 0));
    const number = results.length === 1 ? "1 suggestion" : `${results.length} suggestions`;
    this.status.textContent = results.length ? `${number}. Use the up and down arrows to go through them.` : "No suggestions.";
  }

  option(result, place) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${place}`;
    option.className = "app-suggestions__option";
    option.dataset.place = String(place);
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const label = document.createElement("span");
    label.className = "app-suggestions__label";
    label.textContent = result.label;
    const detail = document.createElement("span");
    detail.className = "app-suggestions__detail";
    detail.textContent = result.detail;
    option.append(label, " ", detail);
    return option;
  }

  key(event) {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) {
        this.later(0); // closed by Escape: an arrow brings it back
        return;
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      const places = this.results.length + 1; // one of them is the box itself
      this.mark(((this.active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && open && this.active >= 0) {
      event.preventDefault();
      this.go(this.active);
    } else if (event.key === "Escape" && open) {
      event.preventDefault(); // the first Escape closes the list; the next may clear the box
      this.close();
    } else if (event.key === "Tab") {
      this.close();
    } else if (open && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      this.mark(-1); // back to the text, where the caret moves
    }
  }

  mark(place) {
    // What is walked through may not change under the reader
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = place;
    const option = this.list.children[place];
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", option.id);
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  go(place) {
    const { pathname, search } = new URL(this.results[place].url);
    this.close();
    window.location.assign(pathname + search);
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.active = -1;
    this.status.textContent = "";
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

for (const input of document.querySelectorAll(".app-search__input[name=q][type=search]")) {
  if (input.form?.getAttribute("action") === "/search") new Suggestions(input);
}
