declare module 'workerd' {
  /** Where the runtime's binary is. */
  const path: string;
  export default path;
}
