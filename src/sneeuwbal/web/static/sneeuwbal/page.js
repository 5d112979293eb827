// Says that scripts run, so that what needs them may be shown.
document.documentElement.classList.add("has-script");
