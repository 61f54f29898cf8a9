// The log of every request: who asked what, who answered, and what the answer took.

import { byId, make } from "./dom.js";
import { reasonWords } from "./reasons.js";
import { clock, counted, microseconds } from "./words.js";

/** So many rows are kept. */
const KEPT = 250;

/** What is handed out for playing, by the way of delivery. */
const PROOFS = { "path-token": "token", cookie: "cookies", "signed-url": "signatures" };

const BY = { edge: "Edge", cdn: "CDN", api: "API" };

export class RequestLog {
  #tabs = new Map([["", "All"]]);
  #filter = "";
  #names;
  #answers = new Map();

  /** `names` has a name for each tab that is known. `onOpen` and `onLost` tell whether the server is there, `onPolicy` which policy is live. */
  constructor(names, { onOpen, onLost, onPolicy }) {
    this.#names = names;
    this.rows = byId("log-rows");
    this.#drawFilter();
    const source = new EventSource("/demo/log");
    source.addEventListener("message", ({ data }) => this.#add(JSON.parse(data)));
    source.addEventListener("policy", ({ data }) => onPolicy(data));
    source.addEventListener("open", onOpen);
    source.addEventListener("error", onLost);
    byId("log-clear").addEventListener("click", () => {
      this.rows.replaceChildren();
      this.#count();
    });
  }

  /** Marks the request with this id as one that was answered with something to play by, good until then. */
  mark({ request, until, delivery, isRenewal }) {
    const row = [...this.rows.children].find(({ dataset }) => dataset.id === request);
    const words = `${isRenewal ? "new " : ""}${PROOFS[delivery] ?? "access"} until ${clock(until)}`;
    if (row) markRow(row, words, isRenewal);
    else if (request) this.#answers.set(request, { words, isRenewal });
  }

  #add(entry) {
    const tab = entry.tab ?? "";
    if (!this.#tabs.has(tab)) {
      this.#tabs.set(tab, this.#names.get(tab) ?? `Tab ${tab}`);
      this.#drawFilter();
    }
    const row = this.#row(entry, tab);
    this.rows.prepend(row);
    // The page may have read the answer before the log was told of it.
    const answer = this.#answers.get(entry.id);
    this.#answers.delete(entry.id);
    if (answer) markRow(row, answer.words, answer.isRenewal);
    while (this.rows.children.length > KEPT) this.rows.lastElementChild.remove();
    this.#count();
  }

  #row(entry, tab) {
    const { id, at, country, method, path, by, status, reason, microseconds: cost, total, bytes } = entry;
    const place = [country, this.#names.get(tab) ?? tab].filter(Boolean).join(", ");
    const detail = `${method} ${path}\n${place}, ${clock(at / 1000)}\n${microseconds(total)} until the answer, ${bytes ?? 0} bytes`;
    const row = make(
      "tr",
      { title: detail, data: { id, tab, kind: kindOf(status), status, reason: reason ?? "" } },
      make("td", { class: "log-time" }, clock(at / 1000)),
      make("td", { class: "log-by", data: { by } }, BY[by] ?? by),
      make("td", { class: "log-status" }, String(status)),
      make(
        "td",
        { class: "log-path" },
        reason ? make("strong", { title: reason }, reasonWords(reason)) : "",
        method === "GET" ? "" : make("b", {}, `${method} `),
        make("bdi", {}, shortened(path)),
      ),
      make("td", { class: "log-cost" }, microseconds(cost)),
    );
    row.hidden = this.#filter !== "" && this.#filter !== tab;
    return row;
  }

  #drawFilter() {
    const options = [...this.#tabs].map(([tab, name]) => make("option", { value: tab }, tab === "" ? "All" : name));
    const select = byId("log-tab");
    select.replaceChildren(...options);
    select.value = this.#filter;
    select.onchange = () => {
      this.#filter = select.value;
      for (const row of this.rows.children) row.hidden = this.#filter !== "" && row.dataset.tab !== this.#filter;
      this.#count();
    };
  }

  #count() {
    const rows = [...this.rows.children].filter((row) => !row.hidden);
    const refused = rows.filter((row) => row.dataset.kind === "refused").length;
    byId("log-count").textContent = `${counted(rows.length, "request")}${refused ? `, ${refused} refused` : ""}`;
    byId("log-empty").hidden = rows.length > 0;
  }
}

function markRow(row, words, isRenewal) {
  if (isRenewal) row.dataset.renewed = "";
  const about = isRenewal ? "This heartbeat renewed what one plays by" : "What one plays by was handed out";
  row.querySelector(".log-path").prepend(make("em", { title: about }, words));
}

function kindOf(status) {
  if (status >= 500) return "failed";
  return status >= 400 ? "refused" : "fine";
}

/** A path without what is the same in all of them: the token, the title, the handle of a session. */
function shortened(path) {
  return path
    .replace(/\?.*$/, "?…")
    .replace(/^(?:\/t\/[^/]+)?\/(?:vod|live)\/.*?\/((?:mobile\/)?(?:\d+p|audio|text)\/|(?:mobile\/)?[^/]+$)/, "$1")
    .replace(/(\/v1\/(?:playback|manifests)\/)[\w-]{12,}/, "$1…");
}
