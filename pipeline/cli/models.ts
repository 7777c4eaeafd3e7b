import { Command } from 'commander';
import { say } from './terminal.ts';

/** `models pull`: fetches the detector's weights into the cache, so that later runs need no network. */
export function modelsCommand(): Command {
  return new Command('models').summary('manage model files').addCommand(
    new Command('pull')
      .description(
        'Fetches the COCO-SSD weights into the cache (TAPLINE_HOME, else your cache folder) and checks them.',
      )
      .option('--directory <folder>', 'another folder')
      .addHelpText('after', '\nExample:\n  npm run models:pull')
      .action(async ({ directory }: { readonly directory?: string }) => {
        const { pullModel } = await import('../../processors/coco-ssd/model-store/index.ts');
        const pulled = await pullModel({ ...(directory !== undefined && { directory }), onProgress: say });
        say(`the model is in ${pulled.directory} (${(pulled.downloadedBytes / 2 ** 20).toFixed(1)} MB fetched)`);
      }),
  );
}
