/**
 * The part of Standard Schema v1 (https://standardschema.dev) that a session uses, so that Zod, Valibot, ArkType and
 * others fit without a dependency.
 */
export interface SessionSchema<Data = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
    readonly types?: { readonly input: Data; readonly output: Data } | undefined;
  };
}

export interface SchemaResult {
  readonly issues?: readonly SchemaIssue[] | undefined;
}

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
