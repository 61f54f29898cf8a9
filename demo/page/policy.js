// The licensing team's desk: the policy files, what `check` and `diff` say of them while one types, and putting them live.

import { placeOf, withBlackout, withValue } from "./amendments.js";
import { announce, byId, debounced, make, newest, withCode } from "./dom.js";
import { Editor } from "./editor.js";
import { Refused, demo } from "./server.js";
import { counted, now, rfc3339, soon } from "./words.js";

/** How long one has to pause before the server is asked, in milliseconds. */
const PAUSE = 250;

/** In how many seconds a blackout begins, and how long it lasts. */
const BLACKOUT_IN = 15;
const BLACKOUT_FOR = 120;

const LOW = 360;

/** What putting live consists of. */
const STEPS = { build: "built in", api: "at the API in", edge: "at the edge in" };

export class PolicyDesk {
  #files = {};
  #live = {};
  #open = null;
  #context;

  /**
   * `context()` gives {title, name, country, region, explained}: the chosen title and how it was decided. `onApplied` is called with
   * the policy's name when it is live.
   */
  constructor(context, onApplied, nameOf) {
    this.#context = context;
    this.onApplied = onApplied;
    this.nameOf = nameOf;
    this.editor = new Editor((text) => this.#edited(text));
    byId("apply").addEventListener("click", () => this.#apply());
    // What is written and not live would be gone with the page.
    addEventListener("beforeunload", (event) => {
      if (this.#isChanged()) event.preventDefault();
    });
    byId("reset").addEventListener("click", () => this.#put(() => demo.reset(), true));
    byId("undo").addEventListener("click", () => this.#undo());
    byId("write-blackout").addEventListener("click", () => this.#write(this.#blackout()));
    byId("write-end").addEventListener("click", () =>
      this.#write(this.#onGrants("until", () => rfc3339(now()), "from")),
    );
    byId("write-cap").addEventListener("click", () =>
      this.#write(this.#onGrants("max_height", () => String(LOW), "tiers")),
    );
    this.check = newest(
      (files) => demo.check(files),
      (found) => this.#checked(found),
      (problem) => this.#notAsked(problem),
    );
    this.compare = newest(
      (files) => demo.diff(files),
      (found) => this.#compared(found),
      (problem) => this.#notAsked(problem),
    );
    this.ask = debounced(PAUSE, () => this.check(this.#files));
  }

  /** Fetches what is live. */
  async load() {
    const { files } = await demo.policy();
    this.#live = files;
    this.#files = { ...files };
    const { explained, title } = this.#context();
    const rule = explained?.[title]?.rule;
    const place = rule ? placeOf(files, rule) : null;
    this.#show(this.#open in files ? this.#open : (place?.file ?? Object.keys(files)[0]));
    this.ask();
  }

  #show(file, lines = []) {
    this.#open = file;
    this.editor.show(this.#files[file] ?? "", lines);
    this.#drawFiles();
  }

  #edited(text) {
    this.#files = { ...this.#files, [this.#open]: text };
    byId("policy-verdict").dataset.state = "asking";
    this.#drawFiles();
    this.ask();
  }

  #undo() {
    this.#files = { ...this.#live };
    this.#show(this.#open);
    this.ask();
  }

  #drawFiles() {
    const tabs = Object.keys(this.#files)
      .toSorted()
      .map((file) =>
        make(
          "button",
          {
            type: "button",
            class: "file",
            "aria-pressed": String(file === this.#open),
            data: { changed: String(this.#files[file] !== this.#live[file]) },
            onclick: () => {
              this.#show(file);
              this.ask();
            },
          },
          file,
        ),
      );
    byId("files").replaceChildren(...tabs);
    byId("editor-file").textContent = this.#open;
    byId("undo").disabled = !this.#isChanged();
  }

  #isChanged() {
    return Object.keys(this.#files).some((file) => this.#files[file] !== this.#live[file]);
  }

  #checked({ ok, errors, warnings, problems, files }) {
    const verdict = byId("policy-verdict");
    verdict.dataset.state = ok ? "fine" : "wrong";
    byId("policy-verdict-text").textContent =
      `${counted(files, "file")}: ${counted(errors, "mistake")}, ${counted(warnings, "warning")}`;
    byId("apply").disabled = !ok || !this.#isChanged();
    byId("problems").replaceChildren(...problems.slice(0, 20).map((problem) => this.#problem(problem)));
    this.editor.underline(problems.filter(({ file }) => isFile(file, this.#open)));
    if (ok) this.compare(this.#files);
    else
      byId("diff").replaceChildren(
        make("p", { class: "quiet-words" }, "What it changes is said when no mistake is left."),
      );
  }

  #problem({ severity, file, line, column, message, help }) {
    const place = [file?.split("/").at(-1), line, column]
      .filter((part) => part !== null && part !== undefined)
      .join(":");
    const go = () => {
      const name = Object.keys(this.#files).find((known) => isFile(file, known));
      if (name && name !== this.#open) this.#show(name);
      if (line !== null) this.editor.goTo({ line, column });
      this.ask();
    };
    return make(
      "li",
      { data: { severity } },
      make("button", { type: "button", class: "problem-place", onclick: go }, place || "folder"),
      make("span", {}, ...withCode(message)),
      help ? make("span", { class: "problem-help" }, ...withCode(help)) : "",
    );
  }

  #compared({ gained, lost, changed, rows, messages = [] }, before = "") {
    const place = byId("diff");
    if (rows.length + messages.length === 0) {
      place.replaceChildren(
        make("p", { class: "quiet-words" }, "No change against what is live."),
      );
      return;
    }
    const total = make("p", { class: "diff-total" }, `${before}${gained} gained, ${lost} lost, ${changed} changed`);
    const list = rows.slice(0, 30).map((row) => this.#row(row));
    const said = messages.map(({ rule, old, new: next }) =>
      make(
        "li",
        { data: { kind: "changed" } },
        make("b", {}, "message"),
        ` of ${rule}: ${old ?? "none"} → ${next ?? "none"}`,
      ),
    );
    place.replaceChildren(total, make("ul", {}, ...list, ...said));
  }

  #row({ kind, titles, territories, group, tiers, devices, from, until, old, new: next }) {
    const where =
      group ?? (territories.includes("*") ? "everywhere" : territories.map((code) => this.nameOf(code)).join(", "));
    const when = [from ? `from ${soon(from)}` : "", until ? `until ${soon(until)}` : ""].filter(Boolean).join(" ");
    const what = kind === "changed" ? changes(old, next) : rights(next ?? old).join(", ");
    const facts = [
      ["where", where],
      ["who", whoOf(tiers)],
      ["on", devices.includes("*") ? "any device" : devices.join(", ")],
      ["when", when || "always"],
      ["what", what],
    ];
    return make(
      "li",
      { data: { kind } },
      make("b", {}, kind),
      " ",
      make("code", {}, titles.join(", ")),
      make("dl", {}, ...facts.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))),
    );
  }

  #notAsked(problem) {
    if (problem instanceof Refused && problem.problem.problems) return;
    byId("policy-verdict").dataset.state = "wrong";
    byId("policy-verdict-text").textContent = problem.problem?.detail ?? problem.message;
  }

  #blackout() {
    const { title, country, region, explained } = this.#context();
    const rule = explained?.[title]?.rule ?? explained?.[title]?.rules?.at(0)?.rule;
    const file = (rule && placeOf(this.#files, rule)?.file) ?? this.#open;
    const from = Math.ceil(now()) + BLACKOUT_IN;
    const written = withBlackout(this.#files[file], {
      id: `demo-${from}`,
      title,
      territory: region || country,
      from,
      until: from + BLACKOUT_FOR,
      message: "Shown on local television, back in two minutes",
    });
    return { ...written, file };
  }

  /** Writes a value into each grant that lets this viewer in. */
  #onGrants(key, value, after) {
    const { title, explained } = this.#context();
    const isGrant = ({ kind, matches }) => kind === "grant" && matches;
    const grants = (explained?.[title]?.rules ?? []).filter(isGrant);
    const files = { ...this.#files };
    let last = null;
    for (const { rule } of grants) {
      const place = placeOf(files, rule);
      const written = place && withValue(files[place.file], place.id, key, value(), after);
      if (!written) continue;
      files[place.file] = written.text;
      last = { ...written, file: place.file };
    }
    if (last) this.#files = files;
    return last;
  }

  #write(written) {
    if (written === null) {
      this.#said("No grant lets this viewer in at the moment: there is nothing to change.", "wrong");
      return;
    }
    this.#files = { ...this.#files, [written.file]: written.text };
    this.#show(written.file, written.lines);
    byId("editor").scrollIntoView({ block: "nearest" });
    this.#said(`Written into ${written.file}, and not live yet: read what it changes, then “Apply live”.`, "asking");
    byId("policy-verdict").dataset.state = "asking";
    this.ask();
  }

  async #apply() {
    const files = this.#files;
    let found = null;
    const isLive = await this.#put(async () => {
      found = await demo.diff(files);
      return demo.apply(files);
    });
    if (!isLive) return;
    // By now the files are what is live, and differ in nothing.
    this.#compared(found, "Now live: ");
    this.editor.underline([]);
  }

  async #put(ask, isReset = false) {
    const buttons = ["apply", "reset"].map(byId);
    for (const button of buttons) button.disabled = true;
    this.#said("Building it, and taking it to the API and the edge …", "asking");
    try {
      const { policy, milliseconds } = await ask();
      const steps = Object.entries(STEPS).filter(([step]) => step in milliseconds);
      const parts = steps.map(([step, said]) => `${said} ${Math.round(milliseconds[step])} ms`);
      this.#said(`Live: ${parts.join(", ")}.`, "fine");
      announce("decision", "The policy is live");
      if (isReset) await this.load();
      else this.#live = { ...this.#files };
      this.#drawFiles();
      this.onApplied(policy);
      return true;
    } catch (problem) {
      if (problem instanceof Refused && problem.problem.problems) this.#checked(problem.problem);
      this.#said(`Not live: ${problem.problem?.detail ?? problem.problem?.title ?? problem.message}`, "wrong");
      return false;
    } finally {
      byId("reset").disabled = false;
      byId("apply").disabled = !this.#isChanged();
    }
  }

  #said(text, state) {
    const place = byId("applied");
    place.textContent = text;
    place.dataset.state = state;
  }
}

/** Problems may name the file by a longer path than the page does. */
function isFile(path, name) {
  return path === name || (path?.endsWith(`/${name}`) ?? false);
}

/** `*` is whoever has an account. */
function whoOf(tiers) {
  if (!tiers.includes("*")) return tiers.join(", ");
  return tiers.includes("anonymous") ? "everybody" : "any account";
}

function rights({ max_height: height, max_streams: streams, drm }) {
  return [
    height ? `up to ${height} lines` : "any height",
    streams ? counted(streams, "stream") : "any number of streams",
    drm ? "DRM" : "no DRM",
  ];
}

/** Only what differs. */
function changes(old, next) {
  const after = rights(next);
  const pairs = rights(old).map((before, at) => [before, after.at(at)]);
  return pairs
    .filter(([before, then]) => before !== then)
    .map((pair) => pair.join(" → "))
    .join(", ");
}
