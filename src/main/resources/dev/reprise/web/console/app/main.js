import { startLanguage } from './text.js';

// The way back to the screen that somebody asked for before the login (see public/login.js).
try {
  const screen = sessionStorage.getItem('reprise.screen');
  sessionStorage.removeItem('reprise.screen');
  if (screen && location.hash.length < 3) history.replaceState(null, '', screen);
} catch {
  // storage is forbidden here
}
startLanguage();
await import('./shell.js');
