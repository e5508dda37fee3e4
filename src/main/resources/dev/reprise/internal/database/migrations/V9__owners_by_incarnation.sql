-- What earlier incarnations of a node left is a range of the index, however much its living one owns.
drop index if exists REPRISE_OWNED_BY_NODE;
create index REPRISE_OWNED_BY_NODE on REPRISE_OWNER (APPLICATION, NODE_ID, INCARNATION);
