// Keeps the live view current: asks once a second, and replaces the parts that differ.
const view = document.querySelector('#live');
const parts = (root) =>
  new Map([...root.querySelectorAll('[data-live]')].map((part) => [part.dataset.live, part]));
const sameNames = (a, b) => [...a.keys()].join() === [...b.keys()].join();

function show(fresh) {
  const current = parts(view);
  const next = parts(fresh);
  if (!sameNames(current, next)) {
    view.replaceChildren(...fresh.childNodes);
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
  void part.offsetWidth; // so that the animation begins again
  part.classList.add('changed');
}

async function look() {
  if (document.hidden) return;
  try {
    const response = await fetch('/live');
    if (!response.ok) throw new Error(`The live view answered ${response.status}.`);
    show(new DOMParser().parseFromString(await response.text(), 'text/html').body);
    view.dataset.state = 'live';
  } catch {
    view.dataset.state = 'lost';
  }
}

async function keepLooking() {
  await look();
  setTimeout(keepLooking, 1000);
}

if (view) {
  document.addEventListener('visibilitychange', look);
  keepLooking();
}
