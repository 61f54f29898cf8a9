// The licensing team's desk: the policy files, what `check` and `diff` say of them while one types, and putting them live.

import { placeOf } from "./amendments.js";
import { blackedOut, capped, ended } from "./changes.js";
import { showDiff, showNoDiff } from "./diff-view.js";
import { announce, byId, debounced, make, newest, withCode } from "./dom.js";
import { Editor } from "./editor.js";
import { Refused, demo } from "./server.js";
import { counted } from "./words.js";

/** How long one has to pause before the server is asked, in milliseconds. */
const PAUSE = 250;

/** Of mistakes and failures so many are shown. */
const SHOWN = 20;

/** What putting live consists of. */
const STEPS = { build: "built in", api: "at the API in", edge: "at the edge in" };

export class PolicyDesk {
  #files = {};
  #live = {};
  #before = {};
  #policy = null;
  #isPutting = false;
  #open = null;
  #context;

  /**
   * `context()` promises {title, country, region, explained}: the chosen title and how titles are decided now. `onApplied` is called
   * with the policy's name when it is live.
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
    byId("put-back").addEventListener("click", () => this.#putBack());
    byId("write-blackout").addEventListener("click", () => this.#write(blackedOut));
    byId("write-end").addEventListener("click", () => this.#write(ended));
    byId("write-cap").addEventListener("click", () => this.writeCap());
    this.check = newest(
      (files) => demo.check(files),
      (found) => this.#checked(found),
      (problem) => this.#notAsked(problem),
    );
    this.compare = newest(
      (files) => demo.diff(files),
      (found) => showDiff(found, this.nameOf),
      (problem) => this.#notAsked(problem),
    );
    this.ask = debounced(PAUSE, () => this.check(this.#files));
  }

  /** Fetches what is live. */
  async load() {
    const { files, policy } = await demo.policy();
    this.#policy = policy;
    this.#live = files;
    this.#files = { ...files };
    const { explained, title } = await this.#context();
    const rule = explained?.[title]?.rule;
    const place = rule ? placeOf(files, rule) : null;
    this.#show(this.#open in files ? this.#open : (place?.file ?? Object.keys(files)[0]));
    this.ask();
  }

  /** Somebody may have put another policy live. What is being written here stays, held against that one from now on. */
  async follow(name) {
    if (this.#isPutting || this.#policy === null || name === this.#policy) return;
    const { files, policy } = await demo.policy();
    if (this.#isPutting || policy === this.#policy) return;
    const own = Object.entries(this.#files).filter(([file, text]) => text !== this.#live[file]);
    this.#policy = policy;
    this.#live = files;
    this.#files = { ...files, ...Object.fromEntries(own) };
    const kept = own.length > 0 ? " What you have written is kept: see what it changes now." : "";
    this.#said(`In another window another policy was put live.${kept}`, "asking");
    if (this.editor.text !== this.#files[this.#open]) this.#show(this.#open);
    else this.#drawFiles();
    byId("policy-verdict").dataset.state = "asking";
    this.ask();
    this.onApplied(policy);
  }

  #show(file, lines = []) {
    this.#open = file;
    this.editor.show(this.#files[file] ?? "", lines);
    this.#drawFiles();
  }

  #edited(text) {
    // Putting back would take what is being written with it.
    byId("put-back").hidden = true;
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

  #checked({ ok, errors, warnings, problems, files, tests = null }) {
    const verdict = byId("policy-verdict");
    verdict.dataset.state = ok ? "fine" : "wrong";
    byId("policy-verdict-text").textContent =
      `${counted(files, "file")}: ${counted(errors, "mistake")}, ${counted(warnings, "warning")}`;
    byId("apply").disabled = !ok || !this.#isChanged();
    const shown = problems.slice(0, SHOWN).map((problem) => this.#problem(problem));
    const rest = problems.length - shown.length;
    if (rest > 0) shown.push(make("li", { class: "quiet-words" }, `and ${rest} more`));
    byId("problems").replaceChildren(...shown);
    this.#tested(tests);
    this.editor.underline(problems.filter(({ file }) => isFile(file, this.#open)));
    if (ok) this.compare(this.#files);
    else showNoDiff("What it changes is said when no mistake is left.");
  }

  /** What became of the expectations that stand in the files; null where there is a mistake. */
  #tested(tests) {
    const verdict = byId("tests-verdict");
    verdict.dataset.state = tests === null ? "asking" : tests.ok ? "fine" : "wrong";
    const all = tests === null ? 0 : tests.held + tests.failed;
    byId("tests-verdict-text").textContent =
      tests === null ? "when no mistake is left" : tests.ok ? `${counted(all, "expectation")} hold` : `${tests.held} of ${counted(all, "expectation")} hold`;
    byId("failures").replaceChildren(...(tests?.failures ?? []).slice(0, SHOWN).map((failure) => this.#failure(failure)));
  }

  #failure({ file, line, title, country, region, tier, device, at, differs }) {
    const who = [region ?? country, tier, device].filter(Boolean).join(", ");
    const said = differs.map(({ what, expected, found }) => `${what}: expected ${expected}, found ${found}`).join("; ");
    return make(
      "li",
      { data: { severity: "error" } },
      this.#place({ file, line }),
      make("span", {}, ...withCode(`\`${title}\` for ${who}, ${at}`)),
      make("span", { class: "problem-help" }, said),
    );
  }

  /** A button that leads to a place in the files. */
  #place({ file, line, column = null }) {
    const place = [file?.split("/").at(-1), line, column]
      .filter((part) => part !== null && part !== undefined)
      .join(":");
    const go = () => {
      const name = Object.keys(this.#files).find((known) => isFile(file, known));
      if (name && name !== this.#open) this.#show(name);
      if (line !== null) this.editor.goTo({ line, column: column ?? 1 });
      this.ask();
    };
    return make("button", { type: "button", class: "problem-place", onclick: go }, place || "folder");
  }

  #problem({ severity, file, line, column, message, help }) {
    return make(
      "li",
      { data: { severity } },
      this.#place({ file, line, column }),
      make("span", {}, ...withCode(message)),
      help ? make("span", { class: "problem-help" }, ...withCode(help)) : "",
    );
  }

  #notAsked(problem) {
    if (problem instanceof Refused && problem.problem.problems) return;
    byId("policy-verdict").dataset.state = "wrong";
    byId("policy-verdict-text").textContent = problem.problem?.detail ?? problem.message;
  }

  /** Caps the chosen title, and takes one there. */
  writeCap() {
    this.#write(capped);
  }

  /** Writes a change for the chosen title and viewer; `change` is one of changes.js. */
  async #write(change) {
    if (byId("policy-verdict").dataset.state === "wrong") {
      byId("desk").scrollIntoView({ block: "nearest" });
      this.#said("The files have mistakes, so nothing was written: mend them, or “Undo edits”.", "wrong");
      return;
    }
    const { explained, title, ...viewer } = await this.#context();
    const asked = { ...viewer, title, explained: explained[title], open: this.#open };
    const { problem, files, file, lines, said } = change(this.#files, asked);
    byId("desk").scrollIntoView({ block: "nearest" });
    if (problem) {
      this.#said(problem, "wrong");
      return;
    }
    this.#files = files;
    this.#show(file, lines);
    byId("editor").scrollIntoView({ block: "nearest" });
    const next = "read what it changes, then “Apply live”.";
    this.#said([`Written into ${file}, and not live yet: ${next}`, said].filter(Boolean).join(" "), "asking");
    byId("policy-verdict").dataset.state = "asking";
    this.ask();
  }

  async #apply() {
    const files = this.#files;
    let found = null;
    const isLive = await this.#put(async () => {
      found = await demo.diff(files);
      return demo.apply(files, this.#policy);
    });
    if (!isLive) return;
    if (this.#isChanged()) return this.ask();
    // By now the files are what is live, and differ in nothing.
    showDiff(found, this.nameOf, "Now live: ");
    this.editor.underline([]);
  }

  /** What was live before the last change, as files. */
  async #putBack() {
    const files = this.#before;
    await this.#put(() => demo.apply(files), true);
  }

  /** Puts something live. What the editor holds is then what is live, unless `isOther`: then it is fetched. */
  async #put(ask, isOther = false) {
    const before = this.#live;
    const sent = { ...this.#files };
    const buttons = ["apply", "reset", "put-back"].map(byId);
    for (const button of buttons) button.disabled = true;
    this.#isPutting = true;
    this.#said("Building it, and taking it to the API and the edge …", "asking");
    try {
      const { policy, milliseconds } = await ask();
      const steps = Object.entries(STEPS).filter(([step]) => step in milliseconds);
      const parts = steps.map(([step, said]) => `${said} ${Math.round(milliseconds[step])} ms`);
      this.#said(`Live: ${parts.join(", ")}.`, "fine");
      announce("decision", "The policy is live");
      this.#policy = policy;
      // What was sent, for somebody may have written on meanwhile.
      if (isOther) await this.load();
      else this.#live = sent;
      this.#before = before;
      byId("put-back").hidden = areSame(before, this.#live);
      this.#drawFiles();
      this.onApplied(policy);
      return true;
    } catch (problem) {
      if (problem instanceof Refused && problem.problem.problems) this.#checked(problem.problem);
      this.#said(`Not live: ${problem.problem?.detail ?? problem.problem?.title ?? problem.message}`, "wrong");
      return false;
    } finally {
      this.#isPutting = false;
      // What others put live meanwhile.
      this.follow(null).catch(() => {});
      byId("reset").disabled = false;
      byId("put-back").disabled = false;
      byId("apply").disabled = !this.#isChanged();
    }
  }

  #said(text, state) {
    const place = byId("applied");
    place.replaceChildren(...withCode(text));
    place.parentElement.dataset.state = state;
    byId("put-back").hidden = true;
  }
}

function areSame(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}

/** Problems may name the file by a longer path than the page does. */
function isFile(path, name) {
  return path === name || (path?.endsWith(`/${name}`) ?? false);
}
