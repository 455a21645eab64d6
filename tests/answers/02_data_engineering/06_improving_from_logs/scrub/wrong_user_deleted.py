# message: or nobody can count users
def scrub(lines, key):
    safe = []
    for line in lines:
        line = {field: value for field, value in line.items() if field != "user"}
        if "msg" in line:
            line["msg"] = re.sub(USER_ID, "<user>", re.sub(EMAIL, "<e-mail>", line["msg"]))
        safe.append(line)
    return safe
