import { BrokenConfiguration } from '../facts/configuration.ts';
import { AllowListError } from '../intake/address.ts';
import { StorageSettingError } from '../storage/store.ts';
import { KeyError } from '../publish/signing/openpgp.ts';
import { SigningRefused } from '../publish/signing/backend.ts';
import { errorText } from '../service/log.ts';
import { SettingsError } from '../service/settings.ts';
import { WebhookSecretError } from '../server/webhooks.ts';
import { WrongUse } from './wrong-use.ts';

/** What a person reads of an error, and the exit status: 2 wrong use, 3 an outside system failed (interfaces.md, Commands). */
export function outcomeOf(error: unknown): { readonly text: string; readonly status: 2 | 3 } {
  const mistakes = [
    WrongUse,
    SettingsError,
    StorageSettingError,
    AllowListError,
    KeyError,
    SigningRefused,
    WebhookSecretError,
    BrokenConfiguration,
  ];
  if (error instanceof Error && mistakes.some((mistake) => error instanceof mistake))
    return { text: error.message, status: 2 };
  return { text: errorText(error), status: 3 };
}
