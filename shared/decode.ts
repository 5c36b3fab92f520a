/**
 * Parsing at the edge: raw input becomes a trusted value, or a 400 that names the fields. null and the empty string
 * count as absent (but for `about`, which may be empty), in bodies, queries and frames alike.
 */
import * as v from 'valibot';
import { fail, ok, type Result } from './failures.ts';

/** One thing that is wrong with an input. */
export interface FieldIssue {
  /** Dotted, as a caller would write it: `content.title`. */
  readonly path: string;
  readonly missing: boolean;
  readonly message: string;
}

/** How deep inputs have fields of their own; what lies deeper is `future`, which nobody reads. */
const fieldDepth = 3;

/** Leaves out of an input what counts as absent. Inherited and `__proto__` keys stay inert. */
export function dropAbsent(input: unknown, depth = fieldDepth): unknown {
  if (depth === 0 || typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const present = Object.entries(input).filter(
    ([key, value]) => value !== null && value !== undefined && (value !== '' || key === 'about'),
  );
  return Object.fromEntries(present.map(([key, value]) => [key, dropAbsent(value, depth - 1)]));
}

/** What valibot calls the expected types, in words. */
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

/** `Missing required fields: …` where something is absent, else every field with what it must be. */
function formatIssues(issues: readonly FieldIssue[]): string {
  const missing = issues.filter((issue) => issue.missing);
  if (missing.length > 0) return `Missing required fields: ${missing.map((issue) => issue.path).join(', ')}`;
  return `Invalid fields: ${issues.map((issue) => `${issue.path || 'body'} ${issue.message}`).join('; ')}`;
}

/**
 * Decodes `input` with `schema`.
 * @param issueText words of its own for some faults; undefined leaves it to the common ones
 * @returns the value, or `invalid` (400). Texts never repeat what was sent: it may hold a token.
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

/** Parses JSON text. Absent or broken JSON is `bad_json` (400). */
export function parseJson(text: string): Result<unknown> {
  try {
    return ok(JSON.parse(text));
  } catch {
    return fail('bad_json');
  }
}
