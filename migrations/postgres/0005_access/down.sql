DROP TABLE setup_tokens;
DROP TABLE drafts;
DROP TABLE case_links;
DROP TABLE api_tokens;
DROP TABLE sessions;
