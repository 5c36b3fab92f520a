/**
 * Validates raw input: the result is a typed value, or a 400 that names the invalid fields. In bodies, queries and
 * frames, `null` and the empty string count as absent, except in `about`, which can be empty.
 */
import * as v from 'valibot';
import { fail, ok, type Result } from './failures.ts';

/** One reason why an input is invalid. */
export interface FieldIssue {
  /** Path of the field: `content.title`. */
  readonly path: string;
  readonly missing: boolean;
  readonly message: string;
}

/** Nesting depth of the schemas. Only `future`, which is ignored, can be deeper. */
const fieldDepth = 3;

/** Removes the fields that count as absent. Inherited and `__proto__` keys have no effect. */
export function dropAbsent(input: unknown, depth = fieldDepth): unknown {
  if (depth === 0 || typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const present = Object.entries(input).filter(
    ([key, value]) => value !== null && value !== undefined && (value !== '' || key === 'about'),
  );
  return Object.fromEntries(present.map(([key, value]) => [key, dropAbsent(value, depth - 1)]));
}

/** Names in failure texts for the types that valibot expects. */
const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  Array: 'a list',
  Object: 'an object',
};

function toFieldIssue(issue: v.BaseIssue<unknown>): FieldIssue {
  const path = v.getDotPath(issue) ?? '';
  const wrongType = issue.kind === 'schema' && issue.message.startsWith('Invalid');
  return {
    path,
    missing: issue.received === 'undefined',
    message: wrongType
      ? `must be ${typeNames[issue.expected ?? ''] ?? issue.expected?.replace(/^\((.*)\)$/, '$1')}`
      : issue.message,
  };
}

/** The text of a failure: the missing fields, or else each invalid field with its requirement. */
function formatIssues(issues: readonly FieldIssue[]): string {
  const missing = issues.filter((issue) => issue.missing);
  if (missing.length > 0) return `Missing required fields: ${missing.map((issue) => issue.path).join(', ')}`;
  return `Invalid fields: ${issues.map((issue) => `${issue.path || 'body'} ${issue.message}`).join('; ')}`;
}

/**
 * Decodes `input` with `schema`.
 * @param issueText returns a special failure text for the issues, or undefined for the generated one
 * @returns the value, or `invalid` (400). The text never repeats the input, because it can contain a token.
 */
export function decode<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
  issueText: (issues: readonly FieldIssue[]) => string | undefined = () => undefined,
): Result<v.InferOutput<S>> {
  const parsed = v.safeParse(schema, dropAbsent(input));
  if (parsed.success) return ok(parsed.output);
  const issues = parsed.issues.map(toFieldIssue);
  return fail('invalid', { text: issueText(issues) ?? formatIssues(issues) });
}

/** @returns the parsed value, or `bad_json` (400) */
export function parseJson(text: string): Result<unknown> {
  try {
    return ok(JSON.parse(text));
  } catch {
    return fail('bad_json');
  }
}
