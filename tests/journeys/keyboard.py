"""Going through a page with the keyboard alone."""

import re

from playwright.sync_api import Locator, Page, expect


def tab_to(page: Page, target: Locator, *, most: int = 150) -> None:
    """Press Tab until this has the focus."""
    expect(target).to_have_count(1)
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} was not reached within {most} presses of Tab.")


def fill(page: Page, selector: str, text: str) -> None:
    tab_to(page, page.locator(selector))
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def choose(page: Page, selector: str, label: str) -> None:
    """An option of a list, by typing the beginning of its label."""
    field = page.locator(selector)
    tab_to(page, field)
    page.keyboard.type(label)
    expect(field.locator("option:checked")).to_have_text(re.compile(f"^{label}"))


def press(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


#: Notes how everything that can have the focus looks without it, and returns how many there are.
_REMEMBER = """() => {
    const start = document.createElement("a");  // where the round begins, whatever had the focus
    start.tabIndex = -1;
    document.body.prepend(start);
    start.focus();
    start.remove();
    const looks = (element) => {
        const style = getComputedStyle(element), parent = getComputedStyle(element.parentElement);
        return [style.outlineStyle === "none" ? "" : style.outline, style.boxShadow, style.backgroundColor,
            style.borderColor, style.borderWidth, style.textDecorationLine, style.color, parent.outlineStyle,
            parent.boxShadow].join("|");
    };
    const groups = new Set();
    const kinds = "a[href], button, input, select, textarea, summary, [tabindex]";
    const all = [...document.querySelectorAll(kinds)].filter((one) => {
        if (one.disabled || one.tabIndex < 0 || one.type === "hidden") return false;
        if (!one.checkVisibility({visibilityProperty: true})) return false;
        if (one.type !== "radio" || !one.name) return true;
        const group = `${one.form?.id} ${one.name}`;
        if (groups.has(group)) return false;
        groups.add(group);
        return true;
    });
    window.keyboardWalk = {all, groups, before: new Map(all.map((one) => [one, looks(one)])), seen: new Set(), looks};
    return all.length;
}"""

#: What is wrong with what has the focus now: "" nothing, null the round is over.
_LOOK = """() => {
    const walk = window.keyboardWalk, here = document.activeElement;
    if (here !== document.body && here === walk.last) {  // a date has several parts
        walk.stays += 1;
        return walk.stays === 12 ? `${here.outerHTML.slice(0, 120)} keeps the focus` : "";
    }
    if (here === document.body || walk.seen.has(here)) return null;
    walk.last = here;
    walk.stays = 0;
    walk.seen.add(here);
    const wrong = [], box = here.getBoundingClientRect();
    if (here.tabIndex > 0) wrong.push("comes out of turn");
    const before = walk.before.get(here);
    if (before !== undefined && walk.looks(here) === before) wrong.push("looks the same with the focus");
    const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
    const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 0), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    const label = here.id && document.querySelector(`label[for="${CSS.escape(here.id)}"]`);
    if (box.bottom < 0 || box.top > innerHeight) wrong.push("is out of sight");
    else if (top && !here.contains(top) && !top.contains(here) && !label?.contains(top)) {
        wrong.push(`lies under ${top.outerHTML.slice(0, 80)}`);
    }
    return wrong.length ? `${here.outerHTML.slice(0, 120)} ${wrong.join(", ")}` : "";
}"""

_LEFT_OUT = """() => window.keyboardWalk.all
    .filter((one) => one.isConnected && !window.keyboardWalk.seen.has(one) && one.type !== "radio")
    .map((one) => one.outerHTML.slice(0, 120))"""


def walked(page: Page) -> list[str]:
    """Go once through the page with Tab: what has the focus must show it and be seen, and nothing be left out."""
    many = page.evaluate(_REMEMBER)
    wrong: list[str] = []
    for _ in range(2 * many + 20):
        page.keyboard.press("Tab")
        found = page.evaluate(_LOOK)
        if found is None:
            break
        if found:
            wrong.append(found)
    else:
        wrong.append("The focus never comes round.")
    return wrong + [f"{one} is left out" for one in page.evaluate(_LEFT_OUT)]
