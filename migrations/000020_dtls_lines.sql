-- A line may also demand that its sound be protected with keys made by DTLS between the two ends, so that none is ever in signalling.
alter table trunks drop constraint trunks_srtp_check, add constraint trunks_srtp_check check (srtp in ('none', 'optional', 'required', 'dtls'));
alter table sip_devices drop constraint sip_devices_srtp_check, add constraint sip_devices_srtp_check check (srtp in ('none', 'optional', 'required', 'dtls'));
