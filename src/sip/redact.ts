/** Secrets of a SIP message that nobody needs to see in a diagram. */

const RESPONSE = /^((?:Proxy-)?Authorization:.*?\bresponse=")[^"]*/gim;
const INLINE_KEY = /^(a=crypto:\S+ \S+ inline:)[^|\s]+/gim;
const ICE_PASSWORD = /^(a=ice-pwd:).*$/gim;

/** The message with digest responses, SRTP keys and ICE passwords blanked. Linear in the length of the text. */
export const redactSip = (text: string): string =>
  text.replaceAll(RESPONSE, '$1***').replaceAll(INLINE_KEY, '$1***').replaceAll(ICE_PASSWORD, '$1***');
