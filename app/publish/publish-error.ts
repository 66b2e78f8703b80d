import type { Channel } from '../model/channel.ts';

/** Why a channel was not published; each is told with the file or release it is about. */
export type PublishFault =
  | 'store-object-missing'
  | 'store-object-corrupt'
  | 'package-unreadable'
  | 'package-not-for-target'
  | 'same-file-other-bytes'
  | 'same-package-other-bytes'
  | 'layout-unusable'
  | 'overtaken'
  | 'clock-went-back'
  | 'published-state-damaged'
  | 'signing-refused'
  | 'signer-away';

/** One channel could not be published; what was published there before stands untouched. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  readonly channel: Channel;
  readonly fault: PublishFault;

  constructor(channel: Channel, fault: PublishFault, message: string) {
    super(`channel ${channel}: ${message}`);
    this.channel = channel;
    this.fault = fault;
  }
}
