// Keeps the live view current: polls once a second and replaces the parts that differ.
const source = document.querySelector('[data-live-source]')?.dataset.liveSource;
const view = document.querySelector('#live');
const parts = (root) =>
  new Map([...root.querySelectorAll('[data-live]')].map((part) => [part.dataset.live, part]));
const sameNames = (a, b) => [...a.keys()].join() === [...b.keys()].join();
let leaving = false;
let ended = false;

function show(root, fresh) {
  const current = parts(root);
  const next = parts(fresh);
  if (!sameNames(current, next)) {
    root.replaceChildren(...fresh.childNodes);
    return;
  }
  for (const [name, part] of current) {
    const content = next.get(name);
    if (part.innerHTML === content.innerHTML) continue;
    part.replaceChildren(...content.childNodes);
    if (!('quiet' in part.dataset)) pointOut(part);
  }
}

function pointOut(part) {
  part.classList.remove('changed');
  void part.offsetWidth; // restarts the animation
  part.classList.add('changed');
}

// Shows the notice only once. The rest of the page stays as it is, including what was typed into it.
function sayEnded(notice) {
  // The form that is being sent may be what ended the session; the next page will show the result.
  if (!notice || leaving || ended) return;
  ended = true;
  const notices = document.querySelector('.notices');
  notices.replaceChildren(notice);
  notices.classList.add('late');
}

async function look() {
  if (document.hidden) return;
  try {
    const response = await fetch(source);
    if (!response.ok) throw new Error(`The live view responded with ${response.status}.`);
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    sayEnded(fresh.querySelector('#ended'));
    for (const id of ['#live', '#latest']) show(document.querySelector(id), fresh.querySelector(id));
    view.dataset.state = 'live';
  } catch {
    view.dataset.state = 'lost';
  }
}

async function keepLooking() {
  await look();
  setTimeout(keepLooking, 1000);
}

if (source) {
  document.addEventListener('submit', () => {
    leaving = true;
  });
  window.addEventListener('pageshow', () => {
    leaving = false;
  });
  document.addEventListener('visibilitychange', look);
  keepLooking();
}
