// Runs before anything is drawn, so that no page flashes in the other theme.
(() => {
  let theme;
  try {
    theme = localStorage.getItem('reprise.theme');
  } catch {
    return; // storage is forbidden here: the system's theme it is
  }
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
})();
