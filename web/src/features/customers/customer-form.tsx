import { SimpleGrid, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { createCustomer, type Customer, customerTimeline, getCustomer, listCustomers, updateCustomer } from '../../../../shared/api/customers.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { OwnerSelect } from '../../records/owner-select.tsx';
import { SaveRow } from '../../records/save-row.tsx';
import { useSave } from '../../records/use-save.ts';
import { CompanySelect } from './company-select.tsx';
import { changes, type CustomerDraft, customerProblems, type CustomerProblem, emptyCustomer, toSend } from './customer-form-rules.ts';
import { RowsInput } from './rows-input.tsx';

interface Props {
  /** Unset = a new customer. */
  customer?: Customer;
  onClose: () => void;
  onSaved: (customer: Customer) => void;
}

const draftOf = (customer: Customer): CustomerDraft => ({
  familyName: customer.familyName,
  givenName: customer.givenName,
  familyNameKana: customer.familyNameKana,
  givenNameKana: customer.givenNameKana,
  phones: customer.phones.length > 0 ? customer.phones : [''],
  emails: customer.emails.length > 0 ? customer.emails : [''],
  companyId: customer.companyId,
  ownerId: customer.ownerId,
  note: customer.note,
  labels: customer.labels,
});

/** The form of a customer, new or stored. What was typed stays until it is saved or thrown away on purpose. */
export function CustomerFormModal({ customer, onClose, onSaved }: Props) {
  const { t } = useLingui();
  const stored = customer ? draftOf(customer) : emptyCustomer;
  const [draft, setDraft] = useState(stored);
  const [checked, setChecked] = useState(false);
  const changed = changes(stored, draft);
  const dirty = Object.keys(changed).length > 0;
  const problems = customerProblems(draft);
  const problemText = useCustomerProblemText();
  const save = useSave({
    run: () =>
      customer
        ? call(updateCustomer, { params: { id: customer.id }, body: changed })
        : call(createCustomer, { body: toSend(draft) }),
    refresh: [listCustomers.id, getCustomer.id, customerTimeline.id],
    done: t`Customer saved`,
    onDone: (saved) => {
      onSaved(saved);
      onClose();
    },
  });
  const set = (part: Partial<CustomerDraft>) => setDraft((before) => ({ ...before, ...part }));
  const fault = (field: string) => {
    const problem = problems[field];
    // "A name is needed" would scold an empty form; it is said when saving is tried.
    return problem !== undefined && (checked || problem !== 'nameMissing') ? problemText(problem) : undefined;
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (Object.keys(problems).length === 0) save.mutate(undefined);
  };

  return (
    <FormDialog onClose={onClose} title={customer ? <Trans>Edit customer</Trans> : <Trans>New customer</Trans>} size="lg" keep={dirty}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <NameInput label={t`Family name`} field="familyName" draft={draft} set={set} fault={fault} autoFocus />
            <NameInput label={t`Given name`} field="givenName" draft={draft} set={set} fault={fault} />
            <NameInput label={t`Family name (kana)`} field="familyNameKana" draft={draft} set={set} fault={fault} />
            <NameInput label={t`Given name (kana)`} field="givenNameKana" draft={draft} set={set} fault={fault} />
          </SimpleGrid>
          <RowsInput
            label={t`Phone numbers`}
            rowLabel={(row) => t`Phone number ${row}`}
            addLabel={t`Add a number`}
            removeLabel={(row) => t`Remove phone number ${row}`}
            type="tel"
            rows={draft.phones}
            onChange={(phones) => set({ phones })}
            fault={(row) => fault(`phones.${row}`)}
            maxLength={40}
          />
          <RowsInput
            label={t`Mail addresses`}
            rowLabel={(row) => t`Mail address ${row}`}
            addLabel={t`Add an address`}
            removeLabel={(row) => t`Remove mail address ${row}`}
            type="email"
            rows={draft.emails}
            onChange={(emails) => set({ emails })}
            fault={(row) => fault(`emails.${row}`)}
            maxLength={254}
          />
          <CompanySelect
            value={draft.companyId}
            name={customer?.companyName ?? ''}
            onChange={(companyId) => set({ companyId })}
          />
          <OwnerSelect
            value={draft.ownerId}
            present={customer}
            onChange={(ownerId) => set({ ownerId })}
            description={t`A queue can ring the owner first`}
          />
          <TagsInput label={t`Labels`} value={draft.labels} onChange={(labels) => set({ labels })} error={fault('labels')} maxTags={50} acceptValueOnBlur clearable />
          <Textarea
            label={t`Note`}
            value={draft.note}
            onChange={(event) => set({ note: event.currentTarget.value })}
            error={fault('note')}
            autosize
            minRows={3}
            maxRows={10}
          />
          <SaveRow dirty={dirty} saving={save.isPending} onUndo={() => setDraft(stored)} />
        </Stack>
      </form>
    </FormDialog>
  );
}

interface NameProps {
  label: string;
  field: 'familyName' | 'givenName' | 'familyNameKana' | 'givenNameKana';
  draft: CustomerDraft;
  set: (part: Partial<CustomerDraft>) => void;
  fault: (field: string) => string | undefined;
  autoFocus?: boolean;
}

function NameInput({ label, field, draft, set, fault, autoFocus = false }: NameProps) {
  return (
    <TextInput
      label={label}
      value={draft[field]}
      onChange={(event) => set({ [field]: event.currentTarget.value })}
      error={fault(field)}
      data-autofocus={autoFocus || undefined}
      autoComplete="off"
    />
  );
}

function useCustomerProblemText(): (problem: CustomerProblem) => string {
  const { t } = useLingui();
  return (problem) => {
    switch (problem) {
      case 'nameMissing':
        return t`Enter a family name or a given name`;
      case 'notKana':
        return t`Use kana only`;
      case 'notPhone':
        return t`Enter 3 to 15 digits; hyphens, brackets and a leading + are fine`;
      case 'notEmail':
        return t`This is not a mail address`;
      case 'tooLong':
        return t`This is too long`;
      case 'duplicate':
        return t`This is already in the list`;
    }
  };
}
