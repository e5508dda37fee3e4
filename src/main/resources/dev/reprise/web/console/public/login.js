// What the login page does with scripts: it speaks the reader's language, says why it is there again, and remembers the screen that was
// asked for.
(() => {
  const korean = {
    what: '배치 잡: 무엇이 실행 중이고, 무슨 일이 있었으며, 어떻게 이어 가면 되는지.',
    user: '사용자 이름',
    password: '비밀번호',
    logIn: '로그인',
    error: '사용자 이름이나 비밀번호가 맞지 않습니다. 다시 입력해 주십시오.',
    wait: '틀린 비밀번호가 너무 많았습니다. 잠시 후 다시 시도하거나 관리자에게 해제를 요청하십시오.',
    ended: '님이 로그인되어 있었습니다. 서버가 다시 시작되었거나, 애플리케이션이 다시 배포되었거나, 세션이 끝나 로그인이 끝났습니다. 로그인하면 같은 화면으로 돌아갑니다.',
    who: '사용자와 역할은 관리자가 부여합니다.',
  };
  for (const error of document.querySelectorAll('.error')) error.hidden = !new URLSearchParams(location.search).has(error.dataset.when);
  let language = navigator.language;
  try {
    language = localStorage.getItem('reprise.language') ?? language;
    const user = sessionStorage.getItem('reprise.user');
    const ended = document.querySelector('.ended');
    ended.hidden = user === null;
    ended.querySelector('bdi').textContent = user;
    // The server forgets what stands after the # on the way through the login.
    if (location.hash.length > 2) sessionStorage.setItem('reprise.screen', location.hash);
  } catch {
    // storage is forbidden here: the console begins at its first screen
  }
  if (!language.startsWith('ko')) return;
  document.documentElement.lang = 'ko';
  document.title = 'Reprise: 로그인';
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = korean[element.dataset.text];
})();
