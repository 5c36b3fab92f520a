/** Starts the files that take longest first, so that none of them is left to run alone at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first, as measured with all runs of the properties. Files that match none keep Vitest's order. */
const slowest = [
  /slow-consumer-memory/,
  /conversation\.property/,
  /participants\.property/,
  /\.property/,
  /link-probes/,
  /slow-consumers/,
  /search/,
];

const rank = ({ moduleId }: TestSpecification) => {
  const place = slowest.findIndex((pattern) => pattern.test(moduleId));
  return place === -1 ? slowest.length : place;
};

export default class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}
