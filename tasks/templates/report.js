"use strict";
(() => {
  const said = document.getElementById("said");
  const exact = (cell) => cell.dataset.value ?? cell.textContent.trim();

  function compare(a, b) {
    const [x, y] = [a, b].map((cell) => cell.dataset.value);
    if (x !== undefined && y !== undefined) return Number(x) - Number(y);
    return a.textContent.trim().localeCompare(b.textContent.trim(), "en", { numeric: true });
  }

  function sort(table, index) {
    const headers = [...table.tHead.rows[0].cells];
    const descending = headers[index].getAttribute("aria-sort") === "ascending";
    const rows = [...table.tBodies[0].rows];
    const isEmpty = (row) => row.cells[index].textContent.trim() === "";
    const full = rows.filter((row) => !isEmpty(row));
    full.sort((a, b) => compare(a.cells[index], b.cells[index]) * (descending ? -1 : 1));
    table.tBodies[0].append(...full, ...rows.filter(isEmpty)); // empty cells stay last either way
    headers.forEach((header, i) => {
      if (i === index) header.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else header.removeAttribute("aria-sort");
    });
    said.textContent = `Sorted by ${headers[index].textContent}, ${descending ? "descending" : "ascending"}`;
  }

  function quoted(text) {
    const isNumber = text !== "" && Number.isFinite(Number(text));
    const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text; // a spreadsheet must not compute it
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  function save(table) {
    const lines = [...table.rows].map((row) => [...row.cells].map((cell) => quoted(exact(cell))).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv" }));
    link.download = table.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  for (const table of document.querySelectorAll("table[data-file]")) {
    [...table.tHead.rows[0].cells].forEach((header, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      button.addEventListener("click", () => sort(table, index));
      header.append(button);
    });
    const button = document.createElement("button");
    button.type = "button";
    button.className = "save";
    button.textContent = "Save as CSV";
    button.setAttribute("aria-label", `Save as CSV: ${table.caption.textContent}`);
    button.addEventListener("click", () => save(table));
    table.parentElement.after(button);
  }

  // a link into a folded table opens it
  function open() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const folded = target.closest("details");
    if (folded && !folded.open) folded.open = true;
    target.scrollIntoView();
    (target.querySelector("summary") ?? target).focus({ preventScroll: true });
  }
  addEventListener("hashchange", open);

  // paper has no folds: what was closed is open while it is printed
  let closed = [];
  addEventListener("beforeprint", () => {
    closed.push(...document.querySelectorAll("details:not([open])"));
    closed.forEach((folded) => { folded.open = true; });
  });
  addEventListener("afterprint", () => {
    closed.forEach((folded) => { folded.open = false; });
    closed = [];
  });
  if (location.hash) open();
})();
