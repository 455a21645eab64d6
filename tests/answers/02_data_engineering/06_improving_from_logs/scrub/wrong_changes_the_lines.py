# message: changes the lines that it is given
def scrub(lines, key):
    def pseudonym(user):
        return hmac.new(key, user.encode(), hashlib.sha256).hexdigest()[:16]

    for line in lines:
        if "user" in line:
            line["user"] = pseudonym(line["user"])
        if "msg" in line:
            msg = re.sub(EMAIL, "<e-mail>", line["msg"])
            line["msg"] = re.sub(USER_ID, lambda found: pseudonym(found[0]), msg)
    return lines
