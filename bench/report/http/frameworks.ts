import type { HttpAppResults, HttpResults } from '../results.ts';

export interface FrameworkApps {
  framework: string;
  bare: HttpAppResults | undefined;
  control: HttpAppResults | undefined;
  /** By what sessions add in the last scenario, the least first. */
  withSessions: HttpAppResults[];
  /** Ours as an older build, and once more as they are, in the order of measuring. */
  builds: HttpAppResults[];
}

/** The apps, each beside those on the same framework. */
export function appsByFramework({ apps, scenarios }: HttpResults): FrameworkApps[] {
  const last = scenarios.at(-1) ?? '';
  const added = (app: HttpAppResults) => app.scenarios[last]?.session?.median ?? 0;
  return [...new Set(apps.map(({ framework }) => framework))].map((framework) => {
    const own = apps.filter((app) => app.framework === framework);
    return {
      framework,
      bare: own.find(({ kind }) => kind === 'bare'),
      control: own.find(({ kind }) => kind === 'control'),
      withSessions: own
        .filter(({ kind }) => kind === 'ours' || kind === 'peer')
        .sort((one, other) => added(one) - added(other)),
      builds: own.filter(({ kind }) => kind === 'before' || kind === 'again'),
    };
  });
}
