// A clock per step of a session. Without this script the minutes are simply shown.
const SECOND = 1000;

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

for (const timer of document.querySelectorAll("[data-timer]")) {
  const left = timer.querySelector("[data-timer-left]");
  const said = timer.querySelector("[data-timer-said]");
  let ticking;
  timer.querySelector("[data-timer-start]").addEventListener("click", () => {
    clearInterval(ticking);
    said.textContent = "";
    const end = Date.now() + Number(timer.dataset.timer) * 60 * SECOND;
    const show = () => {
      const seconds = Math.max(0, Math.round((end - Date.now()) / SECOND));
      left.textContent = clock(seconds);
      if (seconds === 0) {
        clearInterval(ticking);
        said.textContent = timer.dataset.timerEnded;
      }
    };
    show();
    ticking = setInterval(show, SECOND);
  });
}
