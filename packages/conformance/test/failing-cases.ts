import { type DriverModule, inspectDriver, runConformance } from '@store/conformance';

/** The ids of the cases that a driver fails. */
export async function failingCases(module: DriverModule): Promise<string[]> {
  const { results } = await runConformance(await inspectDriver(module));
  return results.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id);
}
