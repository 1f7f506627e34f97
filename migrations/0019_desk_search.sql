-- The words of what people write, as they stand: visitors write in any language, and a word is looked for while it is still
-- being typed. What joins words parts them, so that an order's number or the name in an address is found by itself.
create function words_of(written text) returns tsvector
  language sql immutable parallel safe
  return to_tsvector('pg_catalog.simple'::regconfig, translate(
    written, '@./\:;,-_+#&=?''"«»“”„‘’‚…–—', '                           '
  ));

create index messages_by_words on messages using gin (agent_id, words_of(text)) with (fastupdate = off);
create index contacts_by_words on contacts using gin (agent_id, words_of(name || ' ' || coalesce(email, '')))
  with (fastupdate = off);

-- What the Help Desk finds: the conversations of agents that are in it, by words of a message or of the contact. Definer's
-- rights for the reason of search_passages (migrations/0011), and since it looks into several agents; the workspace is the
-- transaction's own, whatever it asks for.
--   earlier   words that are whole
--   latest    what was typed last, which may still be the beginning of a word
--   one_agent the one to look into, or null for all
-- Of a word that is everywhere in an agent no more than 50,000 messages are compared.
create function search_conversations(earlier text, latest text, one_agent uuid, most int) returns table (
  id uuid, agent_id uuid, contact_id uuid, state text, assignee_id uuid, message_count int,
  created_at timestamptz, updated_at timestamptz,
  contact_name text, contact_email text,
  last_author text, last_member_id uuid, last_author_name text, last_text text, last_at timestamptz,
  found_text text, query tsquery
)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    with asked as materialized (
      select string_agg('''' || replace(replace(word, '\', '\\'), '''', '''''') || '''' || ending, ' & ')::tsquery as query
      from (
        select word, '' as ending from unnest(tsvector_to_array(public.words_of(earlier))) as word
        union all
        select word, ':*' as ending from unnest(tsvector_to_array(public.words_of(latest))) as word
      ) words
    ),
    shown as materialized (
      select a.id
      from public.agents a
      where a.workspace_id = public.scope_id('workspace_id') and a.help_desk and (one_agent is null or a.id = one_agent)
    ),
    by_text as materialized (
      select f.conversation_id, max(f.place) as place
      from shown cross join lateral (
        select m.conversation_id, m.place
        from public.messages m
        where m.workspace_id = public.scope_id('workspace_id') and m.agent_id = shown.id
          and public.words_of(m.text) @@ (select asked.query from asked)
        limit 50000
      ) f
      group by f.conversation_id
    ),
    named as materialized (
      select k.agent_id, k.id
      from shown
        join public.contacts k
          on k.workspace_id = public.scope_id('workspace_id') and k.agent_id = shown.id
            and public.words_of(k.name || ' ' || coalesce(k.email, '')) @@ (select asked.query from asked)
    ),
    by_contact as materialized (
      select c.id as conversation_id
      from named join public.conversations c
        on c.workspace_id = public.scope_id('workspace_id') and c.agent_id = named.agent_id and c.contact_id = named.id
    ),
    found as materialized (
      select c.*, t.place as found_place
      from (select conversation_id from by_text union select conversation_id from by_contact) f
        join public.conversations c on c.id = f.conversation_id
        left join by_text t on t.conversation_id = c.id
      where c.workspace_id = public.scope_id('workspace_id')
      order by c.updated_at desc, c.id desc
      limit most
    )
    select
      g.id, g.agent_id, g.contact_id, g.state, g.assignee_id, g.message_count, g.created_at, g.updated_at,
      k.name, k.email, m.author, m.member_id, m.author_name, left(m.text, 200), m.at, t.text,
      (select asked.query from asked)
    from found g
      left join public.contacts k
        on k.workspace_id = g.workspace_id and k.agent_id = g.agent_id and k.id = g.contact_id
      left join public.messages m
        on m.workspace_id = g.workspace_id and m.agent_id = g.agent_id and m.conversation_id = g.id
          and m.place = g.message_count
      left join public.messages t
        on t.workspace_id = g.workspace_id and t.agent_id = g.agent_id and t.conversation_id = g.id
          and t.place = g.found_place
    order by g.updated_at desc, g.id desc;
  end;
revoke all on function search_conversations(text, text, uuid, int) from public;
grant execute on function search_conversations(text, text, uuid, int) to rollcall_app;
