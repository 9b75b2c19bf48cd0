interface Named {
  familyName: string;
  givenName: string;
  familyNameKana: string;
  givenNameKana: string;
}

/** Family name first, as Japanese names are written. */
export const nameOf = (customer: Named): string => [customer.familyName, customer.givenName].filter((part) => part !== '').join(' ');

export const kanaOf = (customer: Named): string => [customer.familyNameKana, customer.givenNameKana].filter((part) => part !== '').join(' ');
