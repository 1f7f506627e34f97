-- Where emails land while no SMTP server is set: read at /dev/mail, on a local installation alone.
create table mailbox (
  id bigint generated always as identity primary key,
  recipient text not null,
  subject text not null,
  text text not null,
  html text not null,
  sent_at timestamptz not null default now()
);
grant select, insert on mailbox to rollcall_app;
