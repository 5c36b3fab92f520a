// @ts-check
/**
 * Run by `npm ci` and `npm install`: fails with a clear message on a version of Node that the project cannot use. Written
 * for old versions of Node. See docs/decisions/0001-libraries.md for why `engine-strict` cannot do this.
 */
const { engines } = require('../package.json');

/** @param {string} version @returns {number[]} */
function numbers(version) {
  return version.split('.').map(Number);
}

/** @param {number[]} left @param {number[]} right @returns {boolean} */
function isAtLeast(left, right) {
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return Number(left[i]) > Number(right[i]);
  return true;
}

/**
 * Whether a version is in a range of `>=1.2.3` and `^1.2.3`, joined by `||`.
 *
 * @param {string} version @param {string} range @returns {boolean}
 */
function isInRange(version, range) {
  const actual = numbers(version);
  return range.split('||').some((part) => {
    const least = numbers(part.trim().replace(/^(\^|>=)/, ''));
    return isAtLeast(actual, least) && (part.trim()[0] !== '^' || actual[0] === least[0]);
  });
}

// Scripts run under the package `node`; the user agent names the Node that runs npm itself.
const agent = /(?:^| )node\/v(\d+\.\d+\.\d+)/.exec(process.env.npm_config_user_agent || '');
const version = agent ? String(agent[1]) : process.versions.node;

if (!isInRange(version, engines.node)) {
  console.error(
    `\nFlexio Chat needs Node ${engines.node}, and this is Node ${version}.\n` +
      'Install a newer Node (https://nodejs.org), then run `npm ci` again.\n',
  );
  process.exit(1);
}
