-- The Help Desk lists an agent's conversations by when something happened last.
create index conversations_unresolved on conversations (workspace_id, agent_id, updated_at desc, id desc)
  where state <> 'resolved';
create index conversations_resolved on conversations (workspace_id, agent_id, updated_at desc, id desc)
  where state = 'resolved';

-- As give_back_conversations, which the version before calls; this tells besides what the Help Desk lists of each: whose it
-- is, and what was written last.
create function hand_back_conversations(member uuid, given_at timestamptz) returns table (
  id uuid, agent_id uuid, contact_id uuid, state text, assignee_id uuid, message_count int,
  created_at timestamptz, updated_at timestamptz,
  contact_name text, contact_email text,
  last_author text, last_member_id uuid, last_author_name text, last_text text, last_at timestamptz
)
  language sql security definer set search_path = pg_catalog, pg_temp
  begin atomic
    with given as (
      update public.conversations c
      set assignee_id = null, updated_at = given_at
      where c.workspace_id = (select public.scope_id('workspace_id')) and c.answering_id = member
      returning c.*
    )
    select
      g.id, g.agent_id, g.contact_id, g.state, g.assignee_id, g.message_count, g.created_at, g.updated_at,
      k.name, k.email, m.author, m.member_id, m.author_name, left(m.text, 200), m.at
    from given g
      left join public.contacts k
        on k.workspace_id = g.workspace_id and k.agent_id = g.agent_id and k.id = g.contact_id
      left join public.messages m
        on m.workspace_id = g.workspace_id and m.agent_id = g.agent_id and m.conversation_id = g.id
          and m.place = g.message_count;
  end;
do $$
begin
  execute format('create policy definer_hands_back on contacts for select to %I using (true)', current_user);
  execute format('create policy definer_hands_back on messages for select to %I using (true)', current_user);
end
$$;
revoke all on function hand_back_conversations(uuid, timestamptz) from public;
grant execute on function hand_back_conversations(uuid, timestamptz) to rollcall_app;
