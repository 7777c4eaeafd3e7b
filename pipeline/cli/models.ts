import { Command } from 'commander';
import { complain, say } from './terminal.ts';

/** `models pull`: fetches the detector's weights into the cache, so that later runs need no network. */
export function modelsCommand(): Command {
  return new Command('models')
    .summary('manage model files')
    .addHelpText('after', '\nExample:\n  npm run models:pull')
    .addCommand(
      new Command('pull')
        .description(
          'Fetches the COCO-SSD weights into the cache (TAPLINE_HOME, else your cache folder) and checks them.',
        )
        .option('--directory <folder>', 'another folder')
        .addHelpText('after', '\nExample:\n  npm run models:pull')
        .action(pull),
    );
}

async function pull(folder: { readonly directory?: string }): Promise<void> {
  const { pullModel } = await import('../../processors/coco-ssd/model-store/index.ts');
  const { createPullView, megabytes } = await import('./view/pull-view.ts');
  const view = createPullView();
  const pulled = await pullModel({
    ...folder,
    onProgress: (progress) => view.show(progress),
    onWarning: complain,
  }).finally(() => view.end());
  say(`the model is in ${pulled.directory} (${megabytes(pulled.downloadedBytes)} MB fetched)`);
}
