export type { Runner } from './driver-manifest.ts';
export { type Scaffold, type ScaffoldOptions, scaffoldDriver } from './scaffold-driver.ts';
