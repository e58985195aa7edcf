// A run's page while the run is under way: what it says of itself is brought up to date every few seconds, and once the
// run has ended the page is loaded anew. Without JavaScript the reader does that.

const EVERY = 4000; // milliseconds

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.ok) {
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!found.querySelector("[data-under-way]")) {
      location.reload();
      return;
    }
    for (const shown of document.querySelectorAll(".form-row .readonly")) {
      const row = [...shown.closest(".form-row").classList].find((name) => name.startsWith("field-"));
      const now = found.querySelector(`.${row} .readonly`);
      if (now && now.textContent !== shown.textContent) shown.replaceChildren(...now.childNodes);
    }
  }
  setTimeout(refresh, EVERY);
}

setTimeout(refresh, EVERY);
