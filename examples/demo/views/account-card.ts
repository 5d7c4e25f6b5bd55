import type { Session } from '@store/session/express';
import type { DemoFlash, DemoSession } from '../demo-session.ts';
import { codeLine } from './code-line.ts';
import { field } from './field.ts';
import { type Html, html } from './html.ts';

const personas = ['Ada', 'Grace', 'Edsger'];

export function accountCard(session: Session<DemoSession, DemoFlash>, name: string | undefined): Html {
  return name === undefined ? signInCard(session) : signedInCard(name);
}

function signInCard(session: Session<DemoSession, DemoFlash>): Html {
  return html`<section class="card" aria-labelledby="account">
<h2 id="account">Who are you?</h2>
<p>This is a demo: any name will do, and you need no password. The same name in another browser is the same person.</p>
<div class="account">
<form class="personas" method="post" action="/sign-in">
${personas.map((persona) => html`<button class="persona" name="name" value="${persona}"><span class="avatar" aria-hidden="true">${persona.slice(0, 1)}</span>Sign in as ${persona}</button>\n`)}</form>
<form class="inline" method="post" action="/sign-in" novalidate>
${field({ session, name: 'name', label: 'Or your own name', autocomplete: 'given-name' })}
<button>Sign in</button>
</form>
</div>
${codeLine('session.setSubject(person);', 'signing in always gives the session a new id')}
</section>`;
}

function signedInCard(name: string): Html {
  return html`<section class="card" aria-labelledby="account">
<div class="identity">
<span class="avatar" aria-hidden="true">${[...name].slice(0, 1)}</span>
<div><h2 id="account">Signed in as ${name}</h2><p>Signing in gave your session a new id.</p></div>
</div>
<div class="actions">
<form method="post" action="/regenerate"><button>Regenerate the id</button></form>
<form method="post" action="/sign-out"><button class="quiet">Sign out</button></form>
</div>
${codeLine('session.regenerate();', 'new id, same content; the old id stops working immediately')}
</section>`;
}
