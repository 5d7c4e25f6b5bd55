/** This package's version. Stores carry it, so that copies of core can tell what the other can do. */
export const version = '1.0.0';
