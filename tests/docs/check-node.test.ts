/** The error of `npm ci` on a Node version that is too old. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../docs/check-node.cjs', import.meta.url));

function install(version: string) {
  const agent = `npm/10.8.2 node/v${version} linux x64 workspaces/false`;
  const { status, stderr } = spawnSync(process.execPath, [script], {
    env: { ...process.env, npm_config_user_agent: agent },
    encoding: 'utf8',
  });
  return { status, stderr };
}

it.each(['20.19.0', '20.20.2', '22.12.0', '23.0.0', '24.21.0', '26.10.0'])('accepts Node %s', (version) => {
  expect(install(version)).toEqual({ status: 0, stderr: '' });
});

it.each(['18.20.8', '20.18.3', '21.7.3', '22.11.0'])('fails on Node %s and names the required version', (version) => {
  const { status, stderr } = install(version);
  expect(status).toBe(1);
  expect(stderr).toContain(`needs Node ^20.19.0 || >=22.12.0, and this is Node ${version}.`);
});

it('checks the Node version that runs it if no package manager reports one', () => {
  const { status } = spawnSync(process.execPath, [script], { env: { PATH: process.env.PATH } });
  expect(status).toBe(0);
});
