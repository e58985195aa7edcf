// Lists of the workplace on a phone: each value names its column, whose head is not in sight there (css/admin.css).
const heads = [...document.querySelectorAll("#result_list thead th")].map((head) => head.textContent.trim());
for (const row of document.querySelectorAll("#result_list tbody tr")) {
  [...row.cells].forEach((cell, place) => {
    if (cell.localName === "td" && heads[place] && !cell.classList.contains("action-checkbox")) {
      cell.dataset.label = heads[place];
    }
  });
}
