-- What a family began and wants to go on with on another device: by a link that is mailed, or by a code that it writes
-- down. One way back for each draft at a time. The link is made when its mail leaves, so until then there is only the
-- message that will bring it; what is stored of either is a digest. draft_hash follows the draft to the device on which
-- it is opened.
CREATE TABLE draft_links (
    draft_hash BYTEA NOT NULL PRIMARY KEY,
    message_id UUID,
    token_hash BYTEA
);
CREATE UNIQUE INDEX draft_links_by_token ON draft_links (token_hash);
CREATE UNIQUE INDEX draft_links_by_message ON draft_links (message_id);
