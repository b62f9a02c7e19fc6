"use strict";
const main = document.querySelector("main");
const facts = JSON.parse(main.dataset.facts);
const steps = [...document.querySelectorAll(".step")];
const questions = steps.filter((step) => step.matches(".question"));
const participant = document.getElementById("participant");
const [back, next, pause, save] =
  ["back", "next", "pause", "save"].map((id) => document.getElementById(id));
const place = `stylex-study-${facts.study}-${facts.kind}`;
let now = 0;

function answerOf(question) {
  const checked = question.querySelector("input[type=radio]:checked");
  if (checked) return checked.value;
  const words = question.querySelector("input[type=text]");
  return words ? words.value.trim() : "";
}

function answers() {
  return Object.fromEntries(questions.map((one) => [one.id, answerOf(one)]));
}

function keep() {
  const content = { participant: participant.value, answers: answers() };
  // A browser may forbid it to files; then a reload begins anew.
  try {
    localStorage.setItem(place, JSON.stringify(content));
  } catch (error) {
    console.warn("answers are not kept over a reload", error);
  }
}

function restore() {
  let content = null;
  try {
    content = JSON.parse(localStorage.getItem(place));
  } catch (error) {
    console.warn("no answers are kept", error);
  }
  if (!content) return;
  participant.value = content.participant;
  for (const question of questions) {
    const answer = content.answers[question.id];
    for (const input of question.querySelectorAll("input")) {
      if (input.type === "radio") input.checked = input.value === answer;
      else input.value = answer;
    }
  }
}

function show(index) {
  now = index;
  steps.forEach((step, number) => { step.hidden = number !== now; });
  document.getElementById("progress").value = now;
  update();
  window.scrollTo(0, 0);
}

function update() {
  back.disabled = now === 0;
  next.hidden = now === steps.length - 1;
  const question = steps[now].matches(".question");
  next.disabled = question && !answerOf(steps[now]);
}

function setStill(still) {
  main.classList.toggle("still", still);
  pause.setAttribute("aria-pressed", String(still));
}

function download() {
  const content = {
    ...facts, participant: participant.value.trim(), answers: answers(),
  };
  const link = document.createElement("a");
  const blob = new Blob(
    [JSON.stringify(content, null, 1)], { type: "application/json" });
  link.href = URL.createObjectURL(blob);
  const name = content.participant.replace(/[^\p{L}\p{N}]+/gu, "_");
  link.download = `${facts.kind}${name ? `-${name}` : ""}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
  document.getElementById("saved").textContent =
    `Saved as ${link.download}.`;
}

back.addEventListener("click", () => show(now - 1));
next.addEventListener("click", () => show(now + 1));
save.addEventListener("click", download);
pause.addEventListener(
  "click", () => setStill(!main.classList.contains("still")));
main.addEventListener("input", () => { keep(); update(); });
main.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input") &&
      !next.disabled && !next.hidden) show(now + 1);
});
setStill(matchMedia("(prefers-reduced-motion: reduce)").matches);
restore();
// On with the first question without an answer, where some are answered.
const open = questions.findIndex((one) => !answerOf(one));
show(open === 0 ? 0 : open < 0 ? steps.length - 1 : open + 1);
