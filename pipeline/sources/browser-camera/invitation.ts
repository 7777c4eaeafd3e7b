/** How other devices come to the page. */
export interface Invitation {
  /** With the token in its fragment, which browsers keep to themselves. */
  readonly address: string;
  /** QR code of it, as SVG. */
  readonly svg: string;
  /** The same address for a terminal, with the token only where no one chose it as a secret. */
  readonly shown: string;
  /** QR code of that, as lines of text. */
  readonly text: string;
}

export interface InvitationParts {
  /** Of the page. */
  readonly address: string;
  readonly token: string;
  /** The token was chosen by the user, who keeps it. */
  readonly isSecret: boolean;
}

export async function invitationTo({ address, token, isSecret }: InvitationParts): Promise<Invitation> {
  const { renderSVG, renderUnicodeCompact } = await import('uqr');
  const withToken = `${address}#token=${encodeURIComponent(token)}`;
  const shown = isSecret ? address : withToken;
  return {
    address: withToken,
    svg: renderSVG(withToken, { border: 2 }),
    shown,
    text: renderUnicodeCompact(shown, { border: 2 }),
  };
}
