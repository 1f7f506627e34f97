create table workspaces (
  id uuid primary key,
  account_id uuid not null references accounts,
  name text not null check (char_length(name) between 1 and 80),
  handle text not null unique check (handle ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(handle) between 3 and 48),
  is_default boolean not null,
  created_at timestamptz not null,
  -- lets members and invitations carry the account without being able to contradict it
  unique (id, account_id)
);
create index workspaces_of_account on workspaces (account_id);
create unique index one_default_workspace on workspaces (account_id) where is_default;

create table former_handles (
  handle text primary key,
  workspace_id uuid not null references workspaces on delete cascade
);
create index former_handles_of_workspace on former_handles (workspace_id);

create table avatars (
  -- sha256 over workspace and picture: unguessable, and never shared between workspaces
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  workspace_id uuid not null references workspaces on delete cascade,
  webp bytea not null,
  primary key (workspace_id, hash)
);
create unique index avatars_by_hash on avatars (hash);

create table members (
  id uuid not null unique,
  workspace_id uuid not null,
  account_id uuid not null,
  user_id uuid not null references users,
  role text not null check (role in ('owner', 'admin', 'editor', 'viewer')),
  display_name text not null check (char_length(display_name) between 1 and 64),
  avatar_hash text,
  joined_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, user_id),
  foreign key (workspace_id, account_id) references workspaces (id, account_id) on delete cascade,
  foreign key (workspace_id, avatar_hash) references avatars (workspace_id, hash) on delete set null (avatar_hash)
);
create index members_of_user on members (user_id);
create index members_of_account on members (account_id);
create unique index one_owner on members (workspace_id) where role = 'owner';

-- The owner can be neither made, unmade nor removed; only the deletion of the whole workspace takes them along
-- (then this runs below the foreign key's own trigger).
create function keep_owner() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.role = 'owner' and pg_trigger_depth() = 1 then
      raise exception 'the owner of a workspace stays' using errcode = 'check_violation';
    end if;
    return old;
  end if;
  if old.role is distinct from new.role and 'owner' in (old.role, new.role) then
    raise exception 'the owner of a workspace stays' using errcode = 'check_violation';
  end if;
  return new;
end
$$;
create trigger keep_owner before update of role or delete on members for each row execute function keep_owner();

create table invitations (
  id uuid not null unique,
  workspace_id uuid not null,
  account_id uuid not null,
  email text not null check (email = lower(email)),
  role text not null check (role in ('admin', 'editor', 'viewer')),
  status text not null check (status in ('pending', 'accepted', 'declined', 'cancelled', 'expired')),
  -- sha256 of the link's token; null as soon as the link must be dead
  token_hash bytea unique,
  holds_seat boolean not null default false,
  -- the place in the account's line for seats
  line bigint not null,
  invited_by uuid not null,
  invited_by_name text not null,
  sent_at timestamptz not null,
  expires_at timestamptz not null,
  -- who asked to join and found no seat
  asked_by uuid references users,
  asked_at timestamptz,
  primary key (workspace_id, id),
  unique (account_id, line),
  foreign key (workspace_id, account_id) references workspaces (id, account_id) on delete cascade,
  constraint only_pending_holds_a_seat check (status = 'pending' or not holds_seat),
  constraint only_pending_waits check (status = 'pending' or asked_by is null),
  constraint asked_by_somebody check ((asked_by is null) = (asked_at is null)),
  constraint closed_links_are_dead check (status in ('pending', 'expired') or token_hash is null)
);
create unique index one_open_invitation on invitations (workspace_id, email) where status in ('pending', 'expired');
create index invitations_in_line on invitations (account_id, line) where status = 'pending';
create index invitations_asked on invitations (asked_by) where asked_by is not null;

grant select, insert, update (name, handle), delete on workspaces to rollcall_app;
grant select, insert, delete on former_handles to rollcall_app;
grant select, insert, delete on avatars to rollcall_app;
grant select, insert, update (role, display_name, avatar_hash), delete on members to rollcall_app;
grant select, insert, delete,
  update (role, status, token_hash, holds_seat, line, sent_at, expires_at, asked_by, asked_at) on invitations to rollcall_app;
-- a row lock is asked for as an update of the columns that may change
