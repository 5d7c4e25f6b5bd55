declare module 'workerd' {
  /** The path to the runtime's binary. */
  const path: string;
  export default path;
}
