import { chromium, type Browser, type LaunchOptions } from '@playwright/test';

/**
 * A browser that finds this machine under a name of its own. A page at http://127.0.0.1 is a secure context; one under any other name
 * is what a phone in the local network gets. The caller closes it.
 * @param options as the tests' own browser is launched
 */
export async function launchAtHost(name: string, options: LaunchOptions): Promise<Browser> {
  return chromium.launch({ ...options, args: [...options.args ?? [], `--host-resolver-rules=MAP ${name} 127.0.0.1`] });
}
