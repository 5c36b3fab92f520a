/**
 * Makes each call in the Workers pool cheaper. The pool resolves the Worker's main module through Node for every request,
 * RPC call, socket frame and alarm, although the module is the same until the file ends. Here it is resolved once.
 */
interface ModuleRunner {
  import(specifier: string): Promise<unknown>;
}

const { moduleRunner } = (globalThis as unknown as { __vitest_mocker__: { moduleRunner: ModuleRunner } })
  .__vitest_mocker__;
const load = moduleRunner.import.bind(moduleRunner);
const loaded = new Map<string, Promise<unknown>>();

moduleRunner.import = async (specifier) => {
  const known = loaded.get(specifier);
  if (known) return known;
  const module = await load(specifier);
  loaded.set(specifier, Promise.resolve(module));
  return module;
};
