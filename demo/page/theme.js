// Light or dark: as the system has it, until one says otherwise.

import { byId } from "./dom.js";

const NAME = "playgate-demo-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** Makes the switch work. */
export function showTheme() {
  const button = byId("theme");
  const draw = () => {
    const chosen = localStorage.getItem(NAME);
    const isDark = chosen ? chosen === "dark" : system.matches;
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
    // It says what it does, and therefore is nothing that is pressed or not.
    button.textContent = isDark ? "Light theme" : "Dark theme";
  };
  button.addEventListener("click", () => {
    localStorage.setItem(NAME, document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    draw();
  });
  system.addEventListener("change", draw);
  draw();
}
