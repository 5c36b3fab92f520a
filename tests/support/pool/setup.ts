/**
 * Makes each call in the Workers pool cheaper. The pool resolves the Worker's main module through Node for every request,
 * RPC call, socket frame and alarm, although the module stays the same until the file ends. Here it is resolved once.
 */
interface ModuleRunner {
  import(specifier: string): Promise<unknown>;
}

// Not a public interface: where it is missing, the tests are slower.
const { __vitest_mocker__: mocker } = globalThis as { __vitest_mocker__?: { moduleRunner?: ModuleRunner } };
const runner = mocker?.moduleRunner;

if (runner) {
  const load = runner.import.bind(runner);
  const loaded = new Map<string, Promise<unknown>>();
  runner.import = async (specifier) => {
    const known = loaded.get(specifier);
    if (known) return known;
    const module = await load(specifier);
    loaded.set(specifier, Promise.resolve(module));
    return module;
  };
}
