import { Argument, Command } from 'commander';
import { complain, say } from './terminal.ts';

const DETECTORS = ['coco-ssd', 'faces'];

/** `models pull`: fetches the detectors' weights into the cache, so that later runs need no network. */
export function modelsCommand(): Command {
  return new Command('models')
    .summary('manage model files')
    .addHelpText('after', '\nExample:\n  npm run models:pull')
    .addCommand(
      new Command('pull')
        .description('Fetches the weights of detectors into the cache (TAPLINE_HOME, else your cache folder), checked.')
        .addArgument(new Argument('[detectors...]', 'processors that detect; all when left out').choices(DETECTORS))
        .option('--directory <folder>', 'another folder')
        .addHelpText('after', '\nExamples:\n  npm run models:pull\n  npm run models:pull -- faces')
        .action(pull),
    );
}

async function pull(detectors: readonly string[], folder: { readonly directory?: string }): Promise<void> {
  const { models } = await import('../../processors/models.ts');
  const { pullModel } = await import('../../processors/detection/model-store/index.ts');
  const { createPullView, megabytes } = await import('./view/pull-view.ts');
  for (const [processor, model] of models) {
    if (detectors.length > 0 && !detectors.includes(processor)) continue;
    const view = createPullView();
    const pulled = await pullModel(model, {
      ...folder,
      onProgress: (progress) => view.show(progress),
      onWarning: complain,
    }).finally(() => view.end());
    say(`the model of ${processor} is in ${pulled.directory} (${megabytes(pulled.downloadedBytes)} MB fetched)`);
  }
}
