import type { Application, Framework, Match } from '../application.ts';

/** One application of ours in three processes: on this build, on the older one, and on this one again. */
export interface BeforeAndAfter {
  after: Application;
  before: Application;
  /** What it differs from `after` by is noise. */
  control: Application;
}

/** What is measured over HTTP, and what is compared with what. */
export interface Entered {
  frameworks: readonly Framework[];
  matches: readonly Match[];
  /** Only when an older build takes part. */
  builds?: readonly BeforeAndAfter[];
}

/**
 * The same with every application of ours three times. All three import what a checkout built, the way users get it, and not
 * `src` on one side alone: their code is then the only difference.
 */
export function withBefore(
  { frameworks, matches }: Entered,
  { before, after }: { before: string; after: string },
): Required<Entered> {
  const builds = new Map<Application, BeforeAndAfter>();
  for (const application of frameworks.flatMap(({ applications }) => applications)) {
    const { name } = application;
    if (!name.startsWith('@store/')) continue;
    const built = { ...application, exportedAs: name, checkout: after };
    builds.set(application, {
      after: built,
      before: { ...built, name: `${name} (before)`, checkout: before },
      control: { ...built, name: `A/A control: ${name} again` },
    });
  }
  const asBuilt = (application: Application) => builds.get(application)?.after ?? application;
  return {
    frameworks: frameworks.map(({ applications, ...framework }) => ({
      ...framework,
      applications: [
        ...applications.map(asBuilt),
        ...applications.flatMap((application) => {
          const own = builds.get(application);
          return own ? [own.before, own.control] : [];
        }),
      ],
    })),
    matches: matches.map(({ ours, peer }) => ({ ours: asBuilt(ours), peer })),
    builds: [...builds.values()],
  };
}
